/** What a command's exit code says. Printed by `tickertape help exit-codes`. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  checkFailed: 4,
  notAllowed: 5,
  unreachable: 6,
  refused: 7,
  partly: 8,
  timedOut: 124,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_HELP = `Exit codes
    0  ok
    1  failed
    2  the command line is wrong
    3  not found
    4  a check found something
    5  not allowed, or no credentials
    6  the environment cannot be reached
    7  refused: a confirmation is missing, the context is read-only, or what it is about does not allow it
    8  partly done
  124  the time given with --timeout has passed
  130  interrupted with Ctrl-C`;
