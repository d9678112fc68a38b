/** An answer's text without the thoughts that some reasoning models put in front of it, and without space around it. */
export function visibleText(text: string): string {
  const start = text.trimStart();
  const end = start.startsWith('<think>') ? start.indexOf('</think>') : -1;
  return (end < 0 ? text : start.slice(end + '</think>'.length)).trim();
}
