import { awsPrices } from '../cloud-facts.ts';

/** What a task waited for: the store's first byte, the worker's network, its processor, the store's request rate, the service. */
export const binders = ['latency', 'network', 'cpu', 'request rate', 'ramp', 'invocation'] as const;

/** See {@link binders}. */
export type Binder = (typeof binders)[number];

/** What is paid for. */
export interface Spending {
  invocations: number;
  gibSeconds: number;
  get: number;
  put: number;
  list: number;
}

/** What tasks of one stage did. */
export interface StageAccount extends Spending {
  readonly name: string;
  /** Number of the stage of the query; null for what is none. */
  readonly stage: number | null;
  tasks: number;
  refused: number;
  bytesRead: number;
  bytesWritten: number;
  startedMs: number;
  endedMs: number;
  /** Milliseconds of tasks, by what they waited for longest. */
  readonly waited: Record<Binder, number>;
}

/** An account without entries. */
export function openAccount(name: string, stage: number | null, nowMs: number): StageAccount {
  return {
    name,
    stage,
    invocations: 0,
    gibSeconds: 0,
    get: 0,
    put: 0,
    list: 0,
    tasks: 0,
    refused: 0,
    bytesRead: 0,
    bytesWritten: 0,
    startedMs: nowMs,
    endedMs: nowMs,
    waited: { latency: 0, network: 0, cpu: 0, 'request rate': 0, ramp: 0, invocation: 0 },
  };
}

/** US dollars: `N·2e-7 + Σ GiB·s·p + GET·4e-7 + (PUT+LIST)·5e-6`. Pure. */
export function dollarsOf({ invocations, gibSeconds, get, put, list }: Readonly<Spending>): number {
  const { invocation, gibSecond, get: perGet, put: perPut, list: perList } = awsPrices;
  return invocations * invocation + gibSeconds * gibSecond + get * perGet + put * perPut + list * perList;
}

/** All of it together. Pure. */
export function addSpending(all: readonly Readonly<Spending>[]): Spending {
  const sum = (key: keyof Spending) => all.reduce((total, each) => total + each[key], 0);
  return {
    invocations: sum('invocations'),
    gibSeconds: sum('gibSeconds'),
    get: sum('get'),
    put: sum('put'),
    list: sum('list'),
  };
}

/** What tasks waited for most, and its share of all their time; null where they took none. Pure. */
export function bindsMost({
  waited,
}: Pick<StageAccount, 'waited'>): { readonly by: Binder; readonly share: number } | null {
  const total = binders.reduce((sum, binder) => sum + waited[binder], 0);
  const [by] = [...binders].sort((a, b) => waited[b] - waited[a]);
  return by && total > 0 ? { by, share: waited[by] / total } : null;
}
