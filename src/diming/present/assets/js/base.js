// The page's data, and what every page does with data.

const data = JSON.parse(document.getElementById("data").textContent);
const words = data.strings;

/** Put values into `{named}` places of a sentence. */
function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** Make an element; text goes in as text, never as markup. */
function element(tag, options = {}, ...children) {
  const { class: className, text, ...attributes } = options;
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Read a track: zigzag differences, five bits a character (see page_data.py). */
function readTrack(track, decimals) {
  const step = 10 ** decimals;
  const points = [];
  let at = 0;
  const sums = [0, 0];
  for (let axis = 0; at < track.length; axis ^= 1) {
    let value = 0;
    let weight = 1;
    let letter;
    do {
      letter = track.charCodeAt(at++) - 63;
      value += (letter % 32) * weight;
      weight *= 32;
    } while (letter >= 32);
    // Beyond 32 bits, so arithmetic instead of shifts.
    sums[axis] += value % 2 ? -(value + 1) / 2 : value / 2;
    if (axis) points.push([sums[0] / step, sums[1] / step]);
  }
  return points;
}

const formats = new Map();

function number(value, digits) {
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat(data.lang, { maximumSignificantDigits: digits }));
  }
  return formats.get(digits).format(value);
}

const SCALES = {
  m: [[1000, "km"], [1, "m"], [0.01, "cm"], [0, "mm", 0.001]],
  m2: [[1e6, "km²"], [1e4, "ha"], [0.1, "m²"], [0, "cm²", 1e-4]],
};
const SIZES = { km: 1000, m: 1, cm: 0.01, "km²": 1e6, ha: 1e4, "m²": 1 };

/** Write a length (`m`) or an area (`m2`) in the unit that suits its size. */
function quantity(value, unit, digits = 3) {
  const [, name, size] = SCALES[unit].find(([least]) => Math.abs(value) >= least);
  return fill(data.quantities[name], { number: number(value / (size ?? SIZES[name]), digits) });
}
