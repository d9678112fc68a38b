function start(): void {
  document.querySelectorAll('.drawing').forEach(startDrawing);
  startFilters();
}

start();
startLive();
