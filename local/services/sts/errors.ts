import { Fault } from '../../kernel/errors.ts';

export const accessDenied = (message: string): Fault => new Fault('AccessDenied', message, { status: 403 });
