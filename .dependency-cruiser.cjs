/** Reachability: what per-file lint cannot see. Type-only imports do not count. */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'sandbox-reaches-no-io',
      comment: 'Nothing that a workflow imports may lead to I/O, zod or JSONata.',
      severity: 'error',
      from: { path: '^src/(workflows|core)/' },
      to: {
        reachable: true,
        path: '^src/(activities|budgets|gateway|evaluator|isolation|store|handlers|payloads|telemetry|config|webhooks|embedded|cli|report|worker|client)|\\.schema\\.ts$|node_modules/(zod|openai|jsonata|@temporalio/(client|worker|activity))',
      },
    },
    {
      name: 'gateway-reaches-no-temporal',
      severity: 'error',
      from: { path: '^src/(gateway|evaluator|isolation|store|handlers|webhooks)/' },
      to: { reachable: true, path: 'node_modules/@temporalio' },
    },
    {
      name: 'client-reaches-no-worker',
      severity: 'error',
      from: { path: '^src/client(\\.ts$|/)' },
      to: {
        reachable: true,
        path: '^src/(budgets|gateway|handlers|webhooks|activities|worker)|node_modules/(openai|@temporalio/worker)',
      },
    },
  ],
  options: {
    tsPreCompilationDeps: false,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
