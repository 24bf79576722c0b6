"""What people look at: words, reports, pages, plots."""
