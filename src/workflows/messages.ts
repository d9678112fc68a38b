import { defineQuery } from '@temporalio/workflow';
import { MESSAGES } from '../contracts/names';
import type { RunProgress } from '../contracts/run';

/** Where the run stands; answered by every pattern, also after its end. */
export const progressQuery = defineQuery<RunProgress>(MESSAGES.progress);
