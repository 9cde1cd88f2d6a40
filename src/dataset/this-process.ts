import { readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { JobOwner } from '../scheduler/lease.ts';

/** This process, as leases name it. */
export async function thisProcess(): Promise<JobOwner> {
  // Containers of one machine may have the same host name, and do not see each other's processes.
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return { machine: `${hostname()} ${namespace}`.trim(), pid: process.pid };
}

/** Whether a process of this machine is no more; false for one of another machine, and while any process has its number. */
export async function isProcessGone(owner: JobOwner): Promise<boolean> {
  if (owner.machine !== (await thisProcess()).machine) return false;
  return isGonePid(owner.pid);
}

/** Whether there is no process of this number. */
export function isGonePid(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // EPERM: there is such a process, of another user.
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
