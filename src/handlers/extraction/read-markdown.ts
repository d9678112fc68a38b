import type { ReadText } from './read-document';

/** Markdown stays as it is: people and models read it well. The title is its first heading. */
export function readMarkdown(text: string): ReadText {
  const frontMatter = /^---\r?\n[^]{0,5000}?\r?\n---\r?\n/.exec(text)?.[0] ?? '';
  const named = /^title:[ \t]*["']?([^\r\n"']{1,300})/m.exec(frontMatter)?.[1];
  const lines = text.slice(frontMatter.length, frontMatter.length + 10_000).split(/\r?\n/);
  const heading = lines.findIndex(
    (line, index) =>
      /^#{1,6}\s+\S/.test(line) || (/^(?:={3,}|-{3,})$/.test(lines[index + 1] ?? '') && line.trim() !== ''),
  );
  const title = heading < 0 ? null : (lines[heading] ?? '').replace(/^#+\s+/, '').replace(/\s#+\s*$/, '');
  return { text, title: named ?? title };
}
