import type { ScanCommandInput, ScanCommandOutput } from '@aws-sdk/client-dynamodb';
import type { Context } from '../../../kernel/service.ts';
import type { Attributes, AttributeValue } from '../../../languages/dynamodb-expression/attribute-value.ts';
import { validation } from '../errors.ts';
import { readComparisons } from '../legacy/comparison.ts';
import { checkConditionalOperator, conditionOf } from '../legacy/condition.ts';
import { readPage } from '../reading/page.ts';
import { checkScanStart, checkSelect, pageAnswer, pageOptions, sourceOf } from '../reading/read-request.ts';
import { checkFamilies, type ParameterFamilies, readExpressions } from '../request/expressions.ts';
import { noteRead } from '../request/note-read.ts';
import { attributesToGet } from '../request/projection.ts';
import { readStartKey } from '../request/values.ts';
import { type DynamoDbState, tableOf } from '../state.ts';
import { scalarText } from '../table/keys.ts';
import { isInSegment, type Segment } from '../table/partitions.ts';
import type { Entry, Source } from '../table/table.ts';

const PARAMETERS: ParameterFamilies = {
  expressions: ['ProjectionExpression', 'FilterExpression'],
  legacy: ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'],
  withValues: ['FilterExpression'],
};

export function scan(input: ScanCommandInput, { kernel, state, cause }: Context<DynamoDbState>): Omit<ScanCommandOutput, '$metadata'> {
  checkFamilies(input, PARAMETERS);
  const attributes = attributesToGet(input.AttributesToGet);
  const comparisons = input.ScanFilter && readComparisons(input.ScanFilter);
  const start = readStartKey(input.ExclusiveStartKey);
  checkConditionalOperator(input.ConditionalOperator, input.ScanFilter);
  const segment = readSegment(input);
  const expressions = readExpressions(input);
  checkSelect(input);
  const table = tableOf(state, input.TableName);
  const source = sourceOf(table, input);
  if (start) checkScanStart(table, source, start);
  const options = pageOptions(table, source, input, {
    filter: expressions.filter ?? (comparisons && conditionOf(comparisons, input.ConditionalOperator)),
    projection: expressions.projection ?? attributes,
  });
  const page = readPage(table, source, itemsOf(source, segment, start), options);
  noteRead(kernel, { table, operation: 'Scan', count: page.count, consumption: page.consumption, cause });
  return pageAnswer(page, input.ReturnConsumedCapacity);
}

function readSegment({ Segment: segment, TotalSegments: total }: ScanCommandInput): Segment {
  if (segment === undefined && total === undefined) return { segment: 0, total: 1 };
  if (total === undefined) throw validation('The TotalSegments parameter is required but was not present in the request when Segment parameter is present');
  if (segment === undefined) throw validation('The Segment parameter is required but was not present in the request when parameter TotalSegments is present');
  if (segment >= total) {
    throw validation(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  }
  return { segment, total };
}

/** The items of a segment, partition by partition, behind a starting key. */
function* itemsOf(source: Source, segment: Segment, start: Attributes | undefined): Generator<Attributes> {
  const startPartition = start && scalarText(start[source.keySchema.hash] as AttributeValue);
  if (start && startPartition !== undefined) {
    if (!isInSegment(startPartition, segment)) {
      throw validation(
        `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${segment.total} Segment: ${segment.segment}`,
      );
    }
    const entries = source.partition(startPartition);
    const { place, isThere } = source.position(entries, start);
    for (let index = isThere ? place + 1 : place; index < entries.length; index += 1) yield source.item(entries[index] as Entry);
  }
  for (const partition of source.around(segment, startPartition)) for (const entry of source.partition(partition)) yield source.item(entry);
}
