import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A server that speaks S3's protocol, in a process of its own on this machine. */
export interface S3Server {
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}

/** Starts the tests' server with an empty bucket; it keeps objects in memory. */
export async function startServer(bucket: string): Promise<S3Server> {
  const program = fileURLToPath(new URL('../../test/support/s3-server/main.ts', import.meta.url));
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm')).href;
  const child = spawn(process.execPath, ['--import', loader, program, '0', bucket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const said = await Promise.race([once(child.stdout, 'data'), ended.then(() => null)]);
  if (said === null) throw new Error(`${program} ended before it told its endpoint`);
  const close = async () => {
    child.kill();
    await ended;
  };
  return { endpoint: String(said[0]).trim(), close };
}
