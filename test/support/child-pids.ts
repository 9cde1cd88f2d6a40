import { readdirSync, readFileSync } from 'node:fs';

/**
 * Pids of a process's children that run now.
 *
 * @param parent pid; this process's own by default
 * @throws {Error} where there is no `/proc`
 */
export function childPids(parent: number = process.pid): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parentOf(pid) === parent);
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
