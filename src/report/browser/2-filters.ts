/** A box above each long list and table, by which rows are left that hold a text. */
function startFilters(): void {
  for (const list of document.querySelectorAll<HTMLElement>('table, .outline')) {
    const rows = [...list.querySelectorAll<HTMLElement>('tr[id], li[id]')];
    if (rows.length < 12) continue;
    const name = list.querySelector('caption')?.textContent?.trim() ?? 'the thoughts';
    const line = document.createElement('p');
    line.className = 'filter';
    const input = document.createElement('input');
    input.type = 'search';
    input.placeholder = 'Filter by text or state';
    input.setAttribute('aria-label', `Filter: ${name}`);
    const count = document.createElement('span');
    count.className = 'quiet';
    count.setAttribute('role', 'status');
    line.append(input, count);
    (list.closest('.scroll') ?? list).before(line);
    input.addEventListener('input', () => {
      const wanted = input.value.trim().toLowerCase();
      const found = filterRows(rows, wanted);
      count.textContent = wanted === '' ? '' : `${found} of ${rows.length}`;
    });
  }
}

/** What matches stays, with all that it stands in. Returns how many match. */
function filterRows(rows: readonly HTMLElement[], wanted: string): number {
  let found = 0;
  const kept = new Set<Element>();
  for (const row of rows) {
    const own = row.querySelector(':scope > .thought, :scope > details > summary') ?? row;
    const text = `${row.dataset['state'] ?? ''} ${own.textContent ?? ''}`.toLowerCase();
    if (!text.includes(wanted)) continue;
    found += 1;
    for (let at: Element | null = row; at; at = at.parentElement) {
      kept.add(at);
      if (wanted !== '' && at instanceof HTMLDetailsElement) at.open = true;
    }
  }
  for (const row of rows) row.classList.toggle('filtered-out', wanted !== '' && !kept.has(row));
  return found;
}
