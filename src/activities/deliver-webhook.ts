import { cancellationSignal } from '@temporalio/activity';
import type { WebhookDelivery } from '../contracts/step-activity';
import type { ActivityDependencies } from './dependencies';

/** One signed request; its retries are the activity's. @throws CadenzaError `WebhookRefused`, `WebhookFailed` */
export function createDeliverWebhook({ webhooks }: ActivityDependencies) {
  return (delivery: WebhookDelivery): Promise<void> => webhooks.send({ ...delivery, signal: cancellationSignal() });
}
