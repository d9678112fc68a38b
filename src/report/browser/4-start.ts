let shown = new AbortController();

/** Takes what the page shows now into use, and lets go of what it showed before. */
function start(): void {
  shown.abort();
  shown = new AbortController();
  for (const figure of document.querySelectorAll('.drawing')) startDrawing(figure, shown.signal);
  startFilters();
}

start();
startLive();
