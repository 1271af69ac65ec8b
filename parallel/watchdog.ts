/**
 * Ends worker processes that stand still when the process that has started them was killed: such a worker
 * does not notice, and would compute for ever.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";

/**
 * Reads lines until whoever writes them is gone: which processes there are, and the seconds that each of
 * them still has then. It remembers when each was started (proc_pid_stat(5), field 22), lest another
 * one has its number by then; so this is of use on Linux only. It stays no longer than they do, or a
 * second.
 */
const SCRIPT = `
trap '' INT TERM HUP
started() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
all=
while read -r verb pid seconds; do
  if [ "$verb" = add ]; then
    all="$all $pid:$(started "$pid"):$seconds"
  else
    rest=
    for entry in $all; do [ "\${entry%%:*}" = "$pid" ] || rest="$rest $entry"; done
    all=$rest
  fi
done
for entry in $all; do (
  pid=\${entry%%:*} seconds=\${entry##*:} start=\${entry#*:} start=\${start%:*}
  runs() { [ -n "$start" ] && [ "$(started "$pid")" = "$start" ]; }
  while runs && [ "$seconds" -gt 0 ]; do sleep 1; seconds=$((seconds - 1)); done
  runs && kill -9 "$pid"
) & done
wait
`;

let [shell, watched]: [ChildProcess | undefined, number] = [undefined, 0];

/**
 * Has process `pid` killed when it still runs `ms` after this one was; the function that is returned ends
 * that.
 */
export function watch(pid: number, ms: number): (then: () => void) => void {
  if (ms === Infinity || process.platform !== "linux") return (then) => then();
  shell ??= open();
  shell.stdin?.write(`add ${pid} ${Math.ceil(ms / 1000)}\n`);
  watched++;
  return (then) => {
    shell?.stdin?.write(`del ${pid}\n`);
    if (--watched > 0 || shell?.pid === undefined) return then();
    // It has nobody to watch any more; nothing of it is left when the last worker is said to be gone.
    shell.once("exit", then);
    shell.kill("SIGKILL");
    shell = undefined;
  };
}

function open(): ChildProcess {
  const child = spawn("/bin/sh", ["-c", SCRIPT], { stdio: ["pipe", "ignore", "ignore"] });
  // A machine without a shell: then nobody watches.
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  return child;
}
