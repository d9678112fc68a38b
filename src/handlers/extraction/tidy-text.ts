/** Text without what no reader wants: one kind of line end, no control characters, no halves of characters. */
export function cleanText(text: string): string {
  return (
    text
      .replace(/\r\n?|\f|\u2028|\u2029/g, '\n')
      // Soft hyphens and byte order marks are invisible and split words for every later step.
      .replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\ufeff]/g, '')
      .replace(/\p{Surrogate}/gu, '\ufffd')
  );
}

/** Text of a page layout: plain spaces, no spaces at line ends, at most one empty line in a row. */
export function tidyLayout(text: string): string {
  const lines: string[] = [];
  for (const line of cleanText(text)
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .split('\n')) {
    const trimmed = line.trimEnd();
    if (trimmed !== '' || (lines.length > 0 && lines[lines.length - 1] !== '')) lines.push(trimmed);
  }
  return lines.join('\n').trim();
}
