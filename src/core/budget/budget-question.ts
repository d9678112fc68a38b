/** What a run says that waits for a decision about its budget: why, and the command that decides. */
export function budgetQuestion(why: string, workflowId: string): string {
  return `${why}: \`cadenza approve ${workflowId} --budget USD\` raises the cap`;
}

/** The id of the run whose budget a note asks about, which may be one inside; undefined where it asks about none. */
export function askedRun(note: string | undefined): string | undefined {
  return /`cadenza approve (.+) --budget USD` raises the cap$/.exec(note ?? '')?.[1];
}
