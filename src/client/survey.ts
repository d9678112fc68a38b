import type { Environment } from '../config/environment';
import { cipherOf } from '../payloads/create-cipher';
import { openSealing } from '../store/open-sealing';
import type { StoreSurvey } from '../store/survey-store';
import { surveyStore } from '../store/survey-store';

export type SurveySettings = {
  /** Reads every file, and not only its size. */
  verify?: boolean;
  progress?: (files: number, bytes: number) => void;
};

/**
 * What the store of an environment holds; needs no server. To look into what is encrypted it needs the keys.
 * @throws CadenzaError `StoreUnavailable`, with `verify` as `openSealing`
 */
export async function surveyOf(
  { store, encryptionKeys }: Environment,
  { verify = false, progress }: SurveySettings = {},
): Promise<StoreSurvey> {
  const sealing = verify ? await openSealing(store, cipherOf(encryptionKeys)) : undefined;
  return surveyStore(store, { verify, sealing, progress });
}
