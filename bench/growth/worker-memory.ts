import { readdirSync, readFileSync } from 'node:fs';

/**
 * Pids of this process's children that are there now.
 *
 * @throws {Error} where there is no `/proc`: nothing else tells another process's peak
 */
export function childPids(): ReadonlySet<number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Set(pids.map(Number).filter((pid) => Number(fieldOf(pid, 'PPid')) === process.pid));
}

/** The kernel's high-water mark of a process's resident memory, bytes; null for one that is gone. */
export function peakBytes(pid: number): number | null {
  const kibibytes = /\d+/.exec(fieldOf(pid, 'VmHWM') ?? '')?.[0];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

function fieldOf(pid: number, name: string): string | null {
  try {
    return new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? null;
  } catch {
    // It ended between two looks.
    return null;
  }
}
