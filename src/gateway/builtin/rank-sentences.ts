const DAMPING = 0.85;
const ROUNDS = 20;

/**
 * Importance of each sentence: TextRank over shared words, times a weight that favours the beginning. Quadratic in the
 * number of sentences: the caller caps it.
 */
export function rankSentences(sentences: string[]): number[] {
  const words = sentences.map(contentWords);
  const links = words.map((a, row) => words.map((b, column) => (row === column ? 0 : overlap(a, b))));
  const outgoing = links.map((row) => row.reduce((sum, weight) => sum + weight, 0));
  let ranks = sentences.map(() => 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    ranks = ranks.map((_, target) => {
      let received = 0;
      ranks.forEach((rank, source) => {
        const total = outgoing[source] ?? 0;
        if (total > 0) received += ((links[source]?.[target] ?? 0) / total) * rank;
      });
      return 1 - DAMPING + DAMPING * received;
    });
  }
  return ranks.map((rank, index) => rank * (1 + 1 / (1 + index)));
}

function overlap(a: Set<string>, b: Set<string>): number {
  if (a.size < 2 || b.size < 2) return 0;
  let shared = 0;
  for (const word of a) if (b.has(word)) shared += 1;
  return shared / (Math.log(a.size) + Math.log(b.size));
}

/** Words of five letters or more: cheaper than a stop list, and close to it. */
function contentWords(sentence: string): Set<string> {
  return new Set(sentence.toLowerCase().match(/\p{L}{5,40}/gu) ?? []);
}
