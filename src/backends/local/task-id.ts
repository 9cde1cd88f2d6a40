/** The id inside a task's JSON text, for messages. */
export function taskIdOf(task: string): string {
  try {
    const parsed: unknown = JSON.parse(task);
    if (typeof parsed === 'object' && parsed !== null && 'id' in parsed) return String(parsed.id);
  } catch {
    // What is no task is told by the worker.
  }
  return '(unknown)';
}
