import { defineQuery } from '@temporalio/workflow';
import { MESSAGES } from '../contracts/names';
import type { RunProgress } from '../contracts/run';

/** Where the run stands; answered by every pattern, also after its end. */
export const progressQuery = defineQuery<RunProgress>(MESSAGES.progress);

/** The result as far as there is one: what a cancelled run has to show. */
export const resultSoFarQuery = defineQuery<object | null>(MESSAGES.resultSoFar);
