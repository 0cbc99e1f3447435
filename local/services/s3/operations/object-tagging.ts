import type {
  DeleteObjectTaggingCommandInput,
  DeleteObjectTaggingCommandOutput,
  GetObjectTaggingCommandInput,
  GetObjectTaggingCommandOutput,
  PutObjectTaggingCommandInput,
  PutObjectTaggingCommandOutput,
} from '@aws-sdk/client-s3';
import { objectOf } from '../object/read.ts';
import { shownVersion } from '../object/write.ts';
import { tagsOfList } from '../rules.ts';
import { bucketOf, entryKey, type S3Context, setVersions } from '../state.ts';

type Output<T> = Omit<T, '$metadata'>;

function setTags(
  input: PutObjectTaggingCommandInput | DeleteObjectTaggingCommandInput,
  tags: Readonly<Record<string, string>>,
  { state }: S3Context,
): { VersionId?: string } {
  const { Bucket: bucket = '', Key: key = '' } = input;
  const object = objectOf(state, input, 'PUT');
  const versions = state.entries.get(entryKey(bucket, key))?.versions ?? [];
  setVersions(
    state,
    bucket,
    key,
    versions.map((version) => (version === object ? { ...object, tags } : version)),
  );
  return shownVersion(bucketOf(state, bucket), object.versionId);
}

export function putObjectTagging(input: PutObjectTaggingCommandInput, context: S3Context): Output<PutObjectTaggingCommandOutput> {
  return setTags(input, tagsOfList(input.Tagging?.TagSet ?? [], 'object'), context);
}

export function getObjectTagging(input: GetObjectTaggingCommandInput, { state }: S3Context): Output<GetObjectTaggingCommandOutput> {
  const object = objectOf(state, input, 'GET');
  return { TagSet: Object.entries(object.tags).map(([Key, Value]) => ({ Key, Value })), ...shownVersion(bucketOf(state, input.Bucket), object.versionId) };
}

export function deleteObjectTagging(input: DeleteObjectTaggingCommandInput, context: S3Context): Output<DeleteObjectTaggingCommandOutput> {
  return setTags(input, {}, context);
}
