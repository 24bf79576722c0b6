// Where the map and the tables meet.

const KNOB_PX = 44;
const stage = document.querySelector(".stage");

function pick(chosen) {
  const same = JSON.stringify(chosen) === JSON.stringify(pick.chosen);
  pick.chosen = same ? undefined : chosen;
  document.body.classList.toggle("chosen", pick.chosen?.unit !== undefined);
  for (const row of document.querySelectorAll("tr[data-unit], tr[data-flow]")) {
    const { unit, flow } = row.dataset;
    const mine = pick.chosen !== undefined &&
      (unit !== undefined ? unit === pick.chosen.unit : Number(flow) === pick.chosen.flow);
    row.classList.toggle("picked", mine);
    row.querySelector("button")?.setAttribute("aria-pressed", mine);
  }
  showLevelOf(pick.chosen);
  comparison.choose(pick.chosen);
}

/** Turn to the level of what was chosen. */
function showLevelOf(chosen) {
  if (!chosen) return;
  const level = chosen.flow !== undefined
    ? data.flows[chosen.flow].level
    : [...data.after, ...data.before].find(({ unit }) => unit === chosen.unit)?.level;
  const tab = document.querySelector(`input[name="level"][value="${level}"]`);
  if (level === undefined || level === comparison.level) return;
  if (tab) tab.checked = true;
  comparison.show(level);
}

let comparison;
if (stage) {
  const swipe = document.getElementById("swipe");
  const divider = document.getElementById("divider");
  comparison = new ComparisonMap(document.getElementById("map"), { onPick: pick });

  const divide = () => {
    const share = Number(swipe.value) / 100;
    // The middle of the knob, which stays within the map.
    const knob = KNOB_PX / 2 + share * (stage.clientWidth - KNOB_PX);
    const x = share <= 0 ? 0 : share >= 1 ? stage.clientWidth : knob;
    divider.style.left = `${x}px`;
    divider.hidden = share <= 0 || share >= 1;
    document.querySelector(".side.earlier").hidden = share < 0.12;
    document.querySelector(".side.later").hidden = share > 0.88;
    swipe.setAttribute("aria-valuetext", fill(words.swipe_text, { percent: swipe.value }));
    comparison.divide(x);
  };
  swipe.addEventListener("input", divide);
  new ResizeObserver(divide).observe(stage);

  const levels = document.querySelectorAll('input[name="level"]');
  levels.forEach((tab) =>
    tab.addEventListener("change", () => {
      if (pick.chosen) pick(pick.chosen);
      comparison.show(Number(tab.value));
    }),
  );
  const first = data.levels.find(({ chosen }) => chosen) ?? data.levels[0];
  comparison.show(first.level);
  divide();

  document.querySelectorAll("tr[data-unit] button").forEach((button) =>
    button.addEventListener("click", () => pick({ unit: button.closest("tr").dataset.unit })),
  );
  document.querySelectorAll("tr[data-flow] button").forEach((button) =>
    button.addEventListener("click", () => pick({ flow: Number(button.closest("tr").dataset.flow) })),
  );
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && pick.chosen) pick(pick.chosen);
  });
}
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("changes").focus();
});
document.documentElement.dataset.ready = "true";
