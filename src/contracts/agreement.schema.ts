import { z } from 'zod';

const count = z.int().nonnegative();
const part = z.number().min(0).max(1);

/**
 * How members of an ensemble agree, and, where the right answer is known, how alike they err. A pair of answers is one of
 * each member; with samples every one of the one member against every one of the other.
 */
export const agreementSchema = z.strictObject({
  pairs: z.array(
    z.strictObject({
      /** Indexes of two members. */
      a: count,
      b: count,
      /** Pairs of valid answers, those that are equal, and the part of them. */
      compared: count,
      equal: count,
      agreement: part.optional(),
      /** Pairs in which both are wrong, those with the same wrong answer, and the part of them. */
      bothWrong: count.optional(),
      sameError: count.optional(),
      errorAgreement: part.optional(),
    }),
  ),
  /** Where the right answer is known: valid answers by member, and the part of them that is right. */
  members: z
    .array(z.strictObject({ member: count, answers: count, right: count, accuracy: part.optional() }))
    .optional(),
  /** Items with a known answer, and the part of them that every member got wrong: no choice among them could be right. */
  labelled: count.optional(),
  allWrong: count.optional(),
  coFailure: part.optional(),
});
export type Agreement = z.infer<typeof agreementSchema>;
