import { readdirSync, readFileSync } from 'node:fs';

/**
 * Pids of this process's children that run now.
 *
 * @throws {Error} where there is no `/proc`
 */
export function childPids(): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parentOf(pid) === process.pid);
}

/** Null for a process that ended between two looks, or has ended and only waits to be asked about. */
function parentOf(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return /^State:\s+Z/m.test(status) ? null : Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
  } catch {
    return null;
  }
}
