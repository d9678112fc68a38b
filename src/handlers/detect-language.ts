const ENOUGH_LETTERS = 20;
const SAMPLE_CHARACTERS = 20_000;

/** ISO 639-1 code of the text's language; null where the text is too short or the detector not sure. */
export async function detectLanguage(text: string): Promise<string | null> {
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  // The detector calls itself sure about half a line of anything.
  if ((sample.match(/\p{L}/gu)?.length ?? 0) < ENOUGH_LETTERS) return null;
  const { eld } = await import('eld/extrasmall');
  const detected = eld.detect(sample);
  return detected.language !== '' && detected.isReliable() ? detected.language : null;
}
