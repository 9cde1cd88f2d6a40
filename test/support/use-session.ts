import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type ConnectOptions, connect, type Session } from '../../src/index.ts';

/** A session and a folder of files for the tests of a file. */
export interface SessionFixture {
  session(): Session;
  /** Path of a file in the folder, whether it exists or not. */
  path(name: string): string;
  /** Writes a text file and gives its path. */
  file(name: string, text: string | Uint8Array): Promise<string>;
}

/** Opens a session before the tests of a file and closes it after them. */
export function useSession(options: ConnectOptions = {}): SessionFixture {
  let session: Session | undefined;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-test-'));
    session = await connect({ threads: 2, ...options });
  });
  afterAll(async () => {
    await session?.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    session: () => {
      if (!session) throw new Error('The session opens before the tests run.');
      return session;
    },
    path: (name) => join(folder, name),
    file: async (name, text) => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    },
  };
}

/** The error that `run` rejects with. */
export async function errorOf(run: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  try {
    await run;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('It was to fail, and did not.');
}

/** The message of the error that `run` throws. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('It was to throw, and did not.');
}
