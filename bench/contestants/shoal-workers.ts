import { type ConnectOptions, connect, type Session } from 'shoal';

/**
 * A session whose tasks run in as many processes as others have threads, one thread in each, and whose queries are cut for
 * them however small they are. The last stage, of which rows come, runs in this process.
 *
 * @param planner further wishes
 */
export function connectWorkers(
  workers: number,
  options: Pick<ConnectOptions, 'workerMemoryLimit'> = {},
  planner: ConnectOptions['planner'] = {},
): Promise<Session> {
  return connect({
    ...options,
    threads: workers,
    workers,
    workerThreads: 1,
    planner: { ...planner, forceExchange: true },
  });
}
