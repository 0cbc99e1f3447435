import { Fault } from '../../kernel/errors.ts';

/** Codes, statuses and messages. @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const fault =
  (code: string, status: number, text: string) =>
  (members: Readonly<Record<string, unknown>> = {}): Fault =>
    new Fault(code, text, { status, members });

export const noSuchBucket = (bucket: string): Fault => fault('NoSuchBucket', 404, 'The specified bucket does not exist')({ BucketName: bucket });
export const noSuchKey = (key: string): Fault => fault('NoSuchKey', 404, 'The specified key does not exist.')({ Key: key });
/** What `HEAD` answers, which has no body to say more. */
export const notFound = fault('NotFound', 404, 'Not Found');
export const noSuchUpload = (uploadId: string): Fault =>
  fault(
    'NoSuchUpload',
    404,
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  )({ UploadId: uploadId });
export const noSuchVersion = (key: string, versionId: string): Fault =>
  fault('NoSuchVersion', 404, 'The specified version does not exist.')({ Key: key, VersionId: versionId });
export const bucketAlreadyExists = (bucket: string): Fault =>
  fault('BucketAlreadyOwnedByYou', 409, 'Your previous request to create the named bucket succeeded and you already own it.')({ BucketName: bucket });
export const bucketNotEmpty = (bucket: string): Fault => fault('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty')({ BucketName: bucket });
export const invalidBucketName = (bucket: string): Fault => fault('InvalidBucketName', 400, 'The specified bucket is not valid.')({ BucketName: bucket });
export const illegalLocation = (location: string): Fault =>
  fault(
    'IllegalLocationConstraintException',
    400,
    `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  )();
export const badDigest = fault('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.');
export const badChecksum = (algorithm: string): Fault => fault('BadDigest', 400, `The ${algorithm} you specified did not match the calculated checksum.`)();
export const invalidDigest = fault('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.');
export const preconditionFailed = (condition: string): Fault =>
  fault('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold')({ Condition: condition });
export const notModified = fault('NotModified', 304, '');
export const invalidRange = (range: string, size: number): Fault =>
  fault('InvalidRange', 416, 'The requested range is not satisfiable')({ RangeRequested: range, ActualObjectSize: size });
export const invalidArgument = (message: string, name: string, value: unknown): Fault =>
  fault('InvalidArgument', 400, message)({ ArgumentName: name, ArgumentValue: value });
export const invalidPart = fault(
  'InvalidPart',
  400,
  "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
);
export const invalidPartOrder = fault('InvalidPartOrder', 400, 'The list of parts was not in ascending order. Parts must be ordered by part number.');
export const entityTooSmall = fault('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size');
export const keyTooLong = fault('KeyTooLongError', 400, 'Your key is too long');
export const metadataTooLarge = fault('MetadataTooLarge', 400, 'Your metadata headers exceed the maximum allowed metadata size');
export const malformedXml = fault('MalformedXML', 400, 'The XML you provided was not well-formed or did not validate against our published schema');
export const malformedPolicy = (message: string): Fault => fault('MalformedPolicy', 400, message)();
export const invalidTag = (message: string): Fault => fault('InvalidTag', 400, message)();
export const methodNotAllowed = (method: string): Fault =>
  fault('MethodNotAllowed', 405, 'The specified method is not allowed against this resource.')({ Method: method, ResourceType: 'DeleteMarker' });
export const copyToItself = fault(
  'InvalidRequest',
  400,
  "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
);
/** A configuration that a bucket does not have. */
export const noConfiguration = (code: string, message: string, bucket: string): Fault => fault(code, 404, message)({ BucketName: bucket });
