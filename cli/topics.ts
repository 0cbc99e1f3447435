import { EXIT_CODES_HELP } from './exit-codes.ts';

const FILTERS_HELP = `Filters (--where)
  <field> <operator> <value>, joined by and, or, not and parentheses; a value with blanks stands in quotes.

  consumer, reason, type, subject, event, message, thread, error, data.<path>
                      =  !=  (a * stands for anything)   ~  !~  (contains, whatever the case)
  fingerprint, code   the same; equal is what begins so: fingerprint=ab12
  attempts            =  !=  >  >=  <  <=  a number
  age                 the same, since the first failure: 90s, 15m, 1h, 2d

  A field that a letter lacks is equal to nothing.

  fingerprint=ab12 and type=OrderPlaced and age>1h
  reason=defect and (error~timeout or error~'connection reset') and not data.currency=USD`;

const TARGETS_HELP = `Targets
  Commands call the system that \`npm start\` runs (--console). With --target aws they work through AWS's own APIs: Region and credentials are found as every AWS
  tool finds them, or said with --region and --profile. --endpoint <url> does the same against whatever answers like AWS there, on this machine without credentials.

  tickertape dlq groups --target aws --profile prod --region eu-west-1
  tickertape consumers lag --endpoint http://127.0.0.1:4566

  On AWS itself a change is confirmed by its name (--confirm), and a redrive runs in the terminal that started it.
  start, events tail and load are for a system on this machine.`;

/** What `help <topic>` prints. */
export const TOPICS: Readonly<Record<string, string>> = { 'exit-codes': EXIT_CODES_HELP, filters: FILTERS_HELP, targets: TARGETS_HELP };
