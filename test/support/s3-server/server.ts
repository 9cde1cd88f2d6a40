import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Buckets } from './buckets.ts';
import type { Fault, FaultHook, LoggedRequest } from './faults.ts';
import { listObjects } from './list-objects.ts';
import { abortUpload, completeUpload, createUpload, listParts, listUploads, uploadPart } from './multipart.ts';
import { deleteObject, deleteObjects, getObject, headObject, putObject } from './objects.ts';
import { type Operation, operationOf, S3Refusal, type S3Request, type S3Response } from './protocol.ts';
import { refusalResponse, send } from './send.ts';
import { checkSignature } from './signature.ts';

/** The key that requests must be signed with, and its secret, which the server never looks at. */
export const testCredentials = { accessKeyId: 'AKIASHOALTEST', secretAccessKey: 'shoal-test-secret' } as const;

export interface S3ServerOptions {
  /** Buckets that are there from the start. */
  readonly buckets?: readonly string[];
  /** Least size of a part but the last: 5 MiB in S3, and here unless a test wants small ones. */
  readonly minPartBytes?: number;
  /** A listing of uploads takes its prefix for a whole key, as MinIO does. */
  readonly uploadPrefixIsKey?: boolean;
  /** 0: any that is free. */
  readonly port?: number;
}

/** A server on the loopback interface that speaks S3's REST protocol (path style), with everything in memory. */
export interface S3Server {
  /** Such as `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  readonly buckets: Buckets;
  /** Every signed request since the start or the last `clearLog`, in the order they came. */
  readonly log: readonly LoggedRequest[];
  /** Requests of the log by operation; those that never came are missing. */
  counts(): Partial<Record<Operation, number>>;
  clearLog(): void;
  /** Sets what goes wrong from now on; null: nothing. */
  setFaults(hook: FaultHook | null): void;
  close(): Promise<void>;
}

/** Starts a server; it holds no process open by idle connections once closed. */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const service = new Service(options.minPartBytes ?? 5 << 20, options.uploadPrefixIsKey ?? false);
  for (const name of options.buckets ?? []) service.buckets.create(name);
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, out) => {
    service.serve(incoming, out).catch((error: unknown) => out.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    buckets: service.buckets,
    log: service.log,
    counts: () => service.counts(),
    clearLog: () => void service.log.splice(0),
    setFaults: (hook) => {
      service.faults = hook;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

class Service {
  readonly buckets = new Buckets();
  readonly log: LoggedRequest[] = [];
  faults: FaultHook | null = null;
  readonly #minPartBytes: number;
  readonly #uploadPrefixIsKey: boolean;
  #requests = 0;

  constructor(minPartBytes: number, uploadPrefixIsKey: boolean) {
    this.#minPartBytes = minPartBytes;
    this.#uploadPrefixIsKey = uploadPrefixIsKey;
  }

  async serve(incoming: IncomingMessage, out: ServerResponse): Promise<void> {
    const method = incoming.method ?? '';
    const request = await readRequest(incoming);
    if (request instanceof S3Refusal) return void send(out, method, refusalResponse(request, incoming.url ?? ''), null);
    const logged = logEntry(++this.#requests, request);
    this.log.push(logged);
    const fault = (await this.faults?.(logged)) ?? null;
    if (fault?.kind === 'drop') return void out.socket?.resetAndDestroy();
    const answer = this.#answer(request, fault);
    if (fault?.kind === 'lost') return void out.socket?.resetAndDestroy();
    logged.status = answer.status;
    logged.bytesOut = send(out, method, answer, fault);
  }

  counts(): Partial<Record<Operation, number>> {
    const counts: Partial<Record<Operation, number>> = {};
    for (const { operation } of this.log) counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  }

  #answer(request: S3Request, fault: Fault | null): S3Response {
    const resource = `/${request.bucket}/${request.key}`;
    try {
      if (fault?.kind === 'error') throw new S3Refusal(fault.status, fault.code, 'Injected by the test.');
      checkSignature(request, testCredentials.accessKeyId);
      return this.#perform(request);
    } catch (error) {
      if (error instanceof S3Refusal) return refusalResponse(error, resource);
      throw error;
    }
  }

  #perform(request: S3Request): S3Response {
    switch (request.operation) {
      case 'CreateBucket':
        this.buckets.create(request.bucket);
        return { status: 200 };
      case 'HeadBucket':
        this.buckets.get(request.bucket);
        return { status: 200 };
      case 'ListObjectsV2':
        return listObjects(this.buckets, request);
      case 'DeleteObjects':
        return deleteObjects(this.buckets, request);
      case 'GetObject':
        return getObject(this.buckets, request);
      case 'HeadObject':
        return headObject(this.buckets, request);
      case 'PutObject':
        return putObject(this.buckets, request);
      case 'DeleteObject':
        return deleteObject(this.buckets, request);
      case 'CreateMultipartUpload':
        return createUpload(this.buckets, request);
      case 'UploadPart':
        return uploadPart(this.buckets, request);
      case 'CompleteMultipartUpload':
        return completeUpload(this.buckets, request, this.#minPartBytes);
      case 'AbortMultipartUpload':
        return abortUpload(this.buckets, request);
      case 'ListMultipartUploads':
        return listUploads(this.buckets, request, this.#uploadPrefixIsKey);
      case 'ListParts':
        return listParts(this.buckets, request);
    }
  }
}

async function readRequest(incoming: IncomingMessage): Promise<S3Request | S3Refusal> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const [, rawPath = '', rawQuery = ''] = /^\/([^?]*)\??(.*)$/.exec(incoming.url ?? '') ?? [];
  const [bucket = '', ...rest] = rawPath.split('/');
  const key = decodeURIComponent(rest.join('/'));
  const query = new URLSearchParams(rawQuery);
  const operation = operationOf(incoming.method ?? '', key, query);
  const { headers } = incoming;
  if (!operation || headers['content-encoding']?.includes('aws-chunked')) {
    return new S3Refusal(501, 'NotImplemented', `The test server does not know ${incoming.method} ${incoming.url}.`);
  }
  return { operation, bucket: decodeURIComponent(bucket), key, query, headers, body: Buffer.concat(chunks) };
}

function logEntry(number: number, request: S3Request): LoggedRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && name !== 'authorization') headers[name] = value;
  }
  const { operation, bucket, key, body } = request;
  const query = Object.fromEntries(request.query);
  return {
    number,
    operation,
    bucket,
    key,
    range: headers.range ?? null,
    headers,
    query,
    bytesIn: body.length,
    status: 0,
    bytesOut: 0,
  };
}
