import type { TaskResult } from '../../plan/task.ts';
import { runTask, type WorkerEnvironment } from '../../worker/run-task.ts';
import type { Backend, BackendProfile, InvokeContext } from '../backend.ts';

/** Tasks run in this very process, one at a time, with all of its threads: the fastest place for what one machine holds. */
export function openInProcess(environment: WorkerEnvironment): Backend {
  const profile: BackendProfile = {
    name: 'local',
    slots: 1,
    threads: environment.threads,
    memoryLimitBytes: environment.memoryLimitBytes,
  };
  return {
    profile,
    invoke: (task: string, context: InvokeContext): Promise<TaskResult> => runTask(task, environment, context),
    // The engines belong to the session, which closes them.
    close: async () => {},
  };
}
