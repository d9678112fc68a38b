export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = (typeof LOG_FORMATS)[number];

/** What a process tells of itself, and where. */
export type TelemetrySettings = {
  logLevel: LogLevel;
  logFormat: LogFormat;
  /** Address on which metrics and health are served. */
  host: string;
  metricsPort?: number;
  healthPort?: number;
  /** Whether traces are sent, by the variables of OpenTelemetry. */
  traces: boolean;
  /** Whether texts of prompts and answers are in them. */
  recordContent: boolean;
};

/** All off, but for warnings on stderr. */
export const QUIET: TelemetrySettings = {
  logLevel: 'WARN',
  logFormat: 'json',
  host: '127.0.0.1',
  traces: false,
  recordContent: false,
};
