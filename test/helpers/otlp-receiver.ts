import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Root } from 'protobufjs';

/** A span as it came over the wire. Times are milliseconds since the epoch, with fractions. */
export type ReceivedSpan = {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: string;
  startMs: number;
  endMs: number;
  attributes: Record<string, unknown>;
  events: { name: string; attributes: Record<string, unknown> }[];
  failed: boolean;
  service: unknown;
};

export type OtlpReceiver = { url: string; spans: ReceivedSpan[]; requests: number; close(): Promise<void> };

/** A receiver of OTLP over HTTP as the specification has it, that decodes with the protocol's own definitions. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const folder = path.join(__dirname, '..', 'fixtures', 'otlp');
  const root = new Root();
  root.resolvePath = (_origin, target) => path.join(folder, target);
  await root.load('opentelemetry/proto/collector/trace/v1/trace_service.proto');
  const type = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest');
  const receiver: OtlpReceiver = { url: '', spans: [], requests: 0, close: () => Promise.resolve() };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const isTrace = request.method === 'POST' && request.url === '/v1/traces';
      if (!isTrace || request.headers['content-type'] !== 'application/x-protobuf') {
        response.writeHead(415).end();
        return;
      }
      const sent = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      const decoded = type.toObject(type.decode(body), { longs: String, enums: String, bytes: Buffer });
      receiver.requests += 1;
      receiver.spans.push(...spansIn(decoded as Decoded));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  receiver.close = () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections()));
  return receiver;
}

type KeyValue = { key: string; value?: Record<string, unknown> };
type Decoded = {
  resourceSpans: {
    resource?: { attributes?: KeyValue[] };
    scopeSpans: { spans: Record<string, unknown>[] }[];
  }[];
};

function spansIn({ resourceSpans }: Decoded): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: hex(span['traceId']),
        spanId: hex(span['spanId']),
        parentSpanId: hex(span['parentSpanId']),
        name: span['name'] as string,
        kind: span['kind'] as string,
        startMs: Number(span['startTimeUnixNano']) / 1e6,
        endMs: Number(span['endTimeUnixNano']) / 1e6,
        attributes: plain(span['attributes'] as KeyValue[] | undefined),
        events: ((span['events'] ?? []) as { name: string; attributes?: KeyValue[] }[]).map(({ name, attributes }) => ({
          name,
          attributes: plain(attributes),
        })),
        failed: (span['status'] as { code?: string } | undefined)?.code === 'STATUS_CODE_ERROR',
        service: plain(resource?.attributes)['service.name'],
      })),
    ),
  );
}

function hex(bytes: unknown): string {
  return Buffer.from((bytes ?? []) as Uint8Array).toString('hex');
}

function plain(attributes: KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

function plainValue(value: Record<string, unknown> = {}): unknown {
  const [kind, inner] = Object.entries(value).find(([, one]) => one !== undefined) ?? [];
  if (kind === 'intValue') return Number(inner);
  if (kind === 'arrayValue') return ((inner as { values?: Record<string, unknown>[] }).values ?? []).map(plainValue);
  return inner;
}
