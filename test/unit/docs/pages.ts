import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..', '..');

/** A fenced block of a page: its language, as written behind the fence, and its text. */
export type Block = { language: string; text: string };

/** The files below a folder of the project whose names end so, by their paths from its root. */
export function filesIn(folder: string, ending: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file))
    .sort();
}

/** Every page that a reader is led to. */
export function pages(): string[] {
  return [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...filesIn('docs', '.md'),
    ...filesIn('examples', '.md'),
  ];
}

/** The text of a file of the project. */
export function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** The fenced blocks of a page, in their order. */
export function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({ language, text }));
}
