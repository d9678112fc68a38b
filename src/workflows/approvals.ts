import { condition } from '@temporalio/workflow';
import { CadenzaError } from '../contracts/failures';
import { shown, suggestion } from '../contracts/nearest-name';
import type { ApprovalDecision, ApprovalOutput } from '../contracts/pipeline-messages';
import type { Step } from '../contracts/pipeline.schema';
import { isoTime } from '../core/iso-time';
import { APPROVAL_FIELDS } from '../core/message-rules';
import { checkFields, refuseUpdate } from './refuse-update';

/** The approval steps of one run that wait, and what was decided. */
export class Approvals {
  private readonly waiting = new Set<string>();
  private readonly decisions = new Map<string, ApprovalDecision>();

  /** For the validator. @throws ApplicationFailure for a step that does not wait, or what is no decision */
  check(decision: ApprovalDecision): void {
    checkFields(decision, 'decision', APPROVAL_FIELDS);
    const { step } = decision;
    if (this.decisions.has(step)) refuseUpdate('step', `step "${shown(step)}" is decided already`);
    if (!this.waiting.has(step)) {
      const waiting = [...this.waiting];
      refuseUpdate('step', `step "${shown(step)}" does not wait for approval${suggestion(step, waiting)}`);
    }
  }

  decide(decision: ApprovalDecision): void {
    this.decisions.set(decision.step, decision);
  }

  /** Waits for the decision, for days if need be. @throws CadenzaError `ApprovalRejected`, `ApprovalTimeout` */
  async wait(step: string, approval: NonNullable<Step['approval']>): Promise<ApprovalOutput> {
    const { timeoutSeconds, onTimeout } = approval;
    // A step that is tried again is to be decided again.
    this.decisions.delete(step);
    this.waiting.add(step);
    try {
      const decided = () => this.decisions.has(step);
      if (timeoutSeconds === undefined) await condition(decided);
      else await condition(decided, timeoutSeconds * 1000, { summary: `${step}: time to decide` });
    } finally {
      this.waiting.delete(step);
    }
    const decision = this.decisions.get(step);
    const {
      approved,
      by,
      reason = undefined,
    } = decision ?? {
      approved: onTimeout === 'approve',
      by: 'timeout',
      reason: `nobody decided within ${timeoutSeconds} seconds`,
    };
    const why = reason === undefined ? {} : { reason };
    if (approved) return { approved, by, ...why, at: isoTime(Date.now()) };
    if (!decision && onTimeout === 'fail') throw new CadenzaError('ApprovalTimeout', reason ?? '');
    throw new CadenzaError(
      'ApprovalRejected',
      `rejected by ${shown(by)}${reason === undefined ? '' : `: ${shown(reason)}`}`,
    );
  }
}
