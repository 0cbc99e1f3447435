import { isObject, type JsonObject } from '../json.ts';
import { checkExclusive, checkFields } from './check-fields.ts';
import type { Fields } from './fields.ts';
import { PROCESSOR_CONFIG } from './fields.ts';
import type { Report } from './report.ts';
import { checkTemplate } from './template.ts';

/** Checks how a `Map` reads, batches and writes. */
export function checkMapParts(state: JsonObject, language: 'JSONPath' | 'JSONata', batcherFields: Fields, location: string, report: Report): void {
  const processor = isObject(state.ItemProcessor) ? state.ItemProcessor : undefined;
  if (isObject(processor?.ProcessorConfig)) checkFields(processor.ProcessorConfig, PROCESSOR_CONFIG, `${location}/ItemProcessor/ProcessorConfig`, report);
  if (report.isExpress && isObject(processor?.ProcessorConfig) && processor.ProcessorConfig.Mode === 'DISTRIBUTED') {
    report.error(`${location}/ItemProcessor/ProcessorConfig/Mode`, "Express state machine does not support Map state in 'DISTRIBUTED' mode");
  }
  if (isObject(state.ItemBatcher)) checkBatcher(state.ItemBatcher, batcherFields, `${location}/ItemBatcher`, report);
  if (isObject(state.ItemReader)) checkReader(state.ItemReader, language, `${location}/ItemReader`, report);
  if (language === 'JSONPath' && isObject(state.ResultWriter) && state.ResultWriter.Parameters !== undefined) {
    checkTemplate(state.ResultWriter.Parameters, `${location}/ResultWriter/Parameters`, report);
  }
}

function checkBatcher(batcher: JsonObject, fields: Fields, location: string, report: Report): void {
  checkFields(batcher, fields, location, report);
  const pairs = [
    ['MaxItemsPerBatch', 'MaxItemsPerBatchPath'],
    ['MaxInputBytesPerBatch', 'MaxInputBytesPerBatchPath'],
  ];
  checkExclusive(batcher, pairs, location, report);
  if (!pairs.flat().some((name) => Object.hasOwn(batcher, name))) report.error(location, `One of these fields is required: [${pairs.flat().join(', ')}]`);
}

function checkReader(reader: JsonObject, language: 'JSONPath' | 'JSONata', location: string, report: Report): void {
  if (typeof reader.Resource !== 'string') report.error(location, 'These fields are required: [Resource]');
  if (isObject(reader.ReaderConfig)) checkExclusive(reader.ReaderConfig, [['MaxItems', 'MaxItemsPath']], `${location}/ReaderConfig`, report);
  if (language === 'JSONPath' && reader.Parameters !== undefined) checkTemplate(reader.Parameters, `${location}/Parameters`, report);
}
