import { column, fit, table, widthOf, wrapped } from '../../../src/cli/render/layout';

describe('fit', () => {
  it('cuts to columns, not to characters', () => {
    expect(fit('請求書請求書', 5)).toBe('請求…');
    expect(widthOf(fit('請求書請求書', 6))).toBeLessThanOrEqual(6);
    expect(fit('invoice', 7)).toBe('invoice');
    expect(fit('invoices', 7)).toBe('invoic…');
  });

  it('never cuts a character that is put together', () => {
    expect(fit('👩‍👩‍👧 family', 4)).not.toContain('\ufffd');
    expect(fit('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
  });

  it('gives nothing where there is no room', () => {
    expect(fit('text', 0)).toBe('');
  });
});

describe('column', () => {
  it('fills up to columns on either side', () => {
    expect(column('請求', 6)).toBe('請求  ');
    expect(column('1.0 s', 8, 'right')).toBe('   1.0 s');
  });
});

describe('wrapped', () => {
  it('breaks between words, and inside one that is too long', () => {
    const lines = wrapped(`one two three ${'x'.repeat(50)}`, 20, 4, '  - ');
    expect(lines[0]).toBe('  - one two three xx');
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(20);
    expect(lines.slice(1).every((line) => line.startsWith('    '))).toBe(true);
  });
});

it('keeps a command between backticks on one line where it fits', () => {
  const text = 'Paused: nothing new starts. `npx cadenza resume pipe-2` goes on.';
  expect(wrapped(text, 40, 0)).toEqual(['Paused: nothing new starts.', '`npx cadenza resume pipe-2` goes on.']);
  expect(Math.max(...wrapped(text, 20, 0).map(widthOf))).toBeLessThanOrEqual(20);
});

describe('table', () => {
  it('aligns columns and keeps every line within the width', () => {
    const lines = table(
      [
        ['a', 'wide name', 'x'],
        ['請求', 'b', 'y'.repeat(100)],
      ],
      30,
    );
    expect(lines[0]).toBe('a     wide name  x');
    expect(lines.map(widthOf).every((width) => width <= 30)).toBe(true);
  });
});
