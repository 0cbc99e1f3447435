/** The embedded AWS: what the rest of the project, and anyone else, uses of it. */
export type { DeploymentReport, ResourceChange } from './assembly/index.ts';
export { AssemblyNotEmulated, DeploymentFailed } from './assembly/index.ts';
export type { StreamingResponse } from './http/exchange.ts';
export { Fault, NotEmulated, UserError } from './kernel/errors.ts';
export type { HttpRequest, HttpResponse } from './kernel/http.ts';
export type { Hop, Interposer, Interposition } from './kernel/interposer.ts';
export type { Journal, JournalEntry } from './kernel/journal.ts';
export type { Kernel } from './kernel/kernel.ts';
export { Plane, type PlaneOptions, type Routes } from './plane.ts';
