import type { GivenInput } from '../contracts/check-input.schema';
import { CadenzaError } from '../contracts/failures';
import { MAX_DEPTH } from '../contracts/limits';
import type { InheritedContext, PinnedDefinitions, PipelinePlan } from '../contracts/step-activity';
import { system, values } from './activity-proxies';
import { NO_TENANT } from '../contracts/content';
import { TENANT_LABEL } from '../contracts/names';

/**
 * The plan of a pipeline: its input checked, and every definition that it names found, in a registry where it is not
 * one that ships. A local activity does not ask a registry itself, since it holds the slot that the answer needs.
 * Rejects with the typed failure of what is wrong.
 */
export async function preparePlan(
  input: GivenInput<'pipeline'>,
  inherited: InheritedContext | undefined,
): Promise<PipelinePlan> {
  let plan = await system.preparePipeline(input, inherited);
  let found: PinnedDefinitions = {};
  for (let round = 0; 'lookUp' in plan && round < MAX_DEPTH; round += 1) {
    const tenant = inherited?.tenant ?? input.labels?.[TENANT_LABEL] ?? NO_TENANT;
    found = { ...found, ...(await values.findDefinitions(tenant, plan.lookUp)) };
    plan = await system.preparePipeline(input, inherited, found);
  }
  if (!('lookUp' in plan)) return plan;
  throw new CadenzaError('UnknownDefinition', `definitions name each other more than ${MAX_DEPTH} deep`);
}
