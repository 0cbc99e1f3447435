/** The contracts: every event and command of the system, generated from the JSON files beside this one. */
export {
  type Contract,
  type ContractKind,
  type DataOf,
  type EventContract,
  formatSummary,
  PAYLOAD_BYTES_MAX,
  type Payload,
  PayloadTooLarge,
} from './contract.ts';
export * from './generated/index.ts';
export { SchemaInvalid, type SchemaProblem } from './validation.ts';
