/** A metric of Cadenza's: what docs/telemetry.md has a row for. */
export type MetricRow = {
  kind: 'counter' | 'histogram' | 'gauge';
  labels: readonly string[];
  unit?: string;
  help: string;
};

/** Every metric, by its name in Prometheus. Labels are names of a Worker's registry, Workflow Types and failure types. */
export const METRICS = {
  cadenza_model_requests_total: {
    kind: 'counter',
    labels: ['model', 'provider', 'pattern', 'outcome'],
    help: 'Requests sent to models. outcome: answered, aborted or the failure type.',
  },
  cadenza_model_request_seconds: {
    kind: 'histogram',
    labels: ['model', 'provider', 'pattern'],
    unit: 's',
    help: 'How long requests to models took.',
  },
  cadenza_model_tokens_total: {
    kind: 'counter',
    labels: ['model', 'provider', 'pattern', 'direction'],
    help: 'Tokens of answered requests. direction: input or output.',
  },
  cadenza_model_cost_nanousd_total: {
    kind: 'counter',
    labels: ['model', 'provider', 'pattern'],
    help: 'What answered requests cost, in billionths of a US dollar.',
  },
  cadenza_journal_hits_total: {
    kind: 'counter',
    labels: ['model', 'pattern'],
    help: 'Answers that the journal had: nothing was sent or paid.',
  },
  cadenza_cache_hits_total: {
    kind: 'counter',
    labels: ['model', 'pattern'],
    help: 'Answers that the response cache had: nothing was sent or paid.',
  },
  cadenza_budget_refusals_total: {
    kind: 'counter',
    labels: ['model', 'pattern', 'type'],
    help: 'Calls that a budget did not let leave. type: the failure type.',
  },
  cadenza_breaker_state: {
    kind: 'gauge',
    labels: ['provider'],
    help: 'Circuit of a provider in this Worker: 0 closed (requests leave), 1 half open (one probes), 2 open (none).',
  },
  cadenza_provider_pauses_total: {
    kind: 'counter',
    labels: ['provider', 'model'],
    help: 'Pauses that a provider asked for with Retry-After. model: `all` where it is for all of them.',
  },
  cadenza_provider_paused_until_seconds: {
    kind: 'gauge',
    labels: ['provider', 'model'],
    unit: 's',
    help: 'When the last such pause ends or ended, in seconds of Unix time.',
  },
  cadenza_provider_refusals_total: {
    kind: 'counter',
    labels: ['provider', 'model', 'why'],
    help: 'Calls that this Worker did not let leave, for later. why: paused or open.',
  },
  cadenza_queue_wait_seconds: {
    kind: 'histogram',
    labels: ['activity', 'pattern'],
    unit: 's',
    help: 'How long an attempt of an Activity waited for a Worker.',
  },
  cadenza_activity_retries_total: {
    kind: 'counter',
    labels: ['activity', 'pattern'],
    help: 'Attempts of Activities after the first.',
  },
  cadenza_runs_total: {
    kind: 'counter',
    labels: ['pattern', 'outcome'],
    help: 'Runs that ended. outcome: completed, partial, failed, cancelled or continued (as new).',
  },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof METRICS;

/** Upper bounds of the histograms' buckets, in seconds: model calls take from milliseconds to minutes. */
export const BUCKETS_SECONDS = [0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
