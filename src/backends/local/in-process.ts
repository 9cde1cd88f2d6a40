import type { TaskResult } from '../../plan/task.ts';
import { runTask, type WorkerEnvironment } from '../../worker/run-task.ts';
import type { Backend, InvokeContext } from '../backend.ts';
import { abortedTask, closedError, closedMeanwhile, neverStarted } from './aborted.ts';
import { inProcessProfile } from './profiles.ts';

/** Tasks run in this very process, one at a time, with all of its threads: the fastest place for what one machine holds. */
export function openInProcess(environment: WorkerEnvironment): Backend {
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const invoke = async (task: string, context: InvokeContext): Promise<TaskResult> => {
    if (closing.signal.aborted) throw closedError();
    if (context.signal.aborted) throw neverStarted(context.signal);
    const signal = AbortSignal.any([context.signal, closing.signal]);
    const done = runTask(task, environment, { ...context, signal });
    running.add(done);
    try {
      return await done;
    } catch (error) {
      if (closing.signal.aborted) throw closedMeanwhile();
      throw context.signal.aborted ? abortedTask(task, context.signal) : error;
    } finally {
      running.delete(done);
    }
  };
  // The engines belong to the session, which closes them.
  const close = async () => {
    closing.abort();
    await Promise.allSettled(running);
  };
  return { profile: inProcessProfile(environment), invoke, close };
}
