import type { HttpResponse } from '../../kernel/http.ts';
import { FormReaders, formTree } from '../codecs/form-reader.ts';
import { escapeXml, XmlWriters } from '../codecs/xml-writer.ts';
import type { OperationModel } from '../model.ts';
import type { ServiceRow } from '../services.ts';
import type { OperationCodec, ServerProtocol } from './protocol.ts';

const CONTENT_TYPE = 'text/xml';

/**
 * awsQuery as a server speaks it: a form in, XML out.
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function awsQueryProtocol(row: Pick<ServiceRow, 'xmlNamespace' | 'withoutErrorDetail'>): ServerProtocol {
  const readers = new FormReaders();
  const writers = new XmlWriters();
  const namespace = row.xmlNamespace ?? '';

  const respond = (status: number, xml: string, requestId: string): HttpResponse => ({
    status,
    headers: { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId },
    body: Buffer.from(xml),
  });

  return {
    compile({ name, input, output }: OperationModel): OperationCodec {
      const read = readers.of(input, {});
      const write = writers.of(output);
      return {
        readInput: ({ form }) => read(formTree(form ?? new URLSearchParams())) as object,
        writeOutput(value, requestId) {
          // An output without members is an empty element all the same: clients of other languages look for it.
          const result = output.name === 'Unit' ? '' : `<${name}Result>${write(value)}</${name}Result>`;
          const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
          return respond(200, `<${name}Response xmlns="${namespace}">${result}${metadata}</${name}Response>`, requestId);
        },
      };
    },
    writeFailure(failure, requestId, operation = '') {
      const { model, members, message, queryCode, isSender, status } = failure;
      const further = model ? writers.of(model.shape)({ ...members, [model.messageMember]: undefined }) : '';
      // AWS leaves the element out where it has nothing to say (CloudWatch's ResourceNotFound).
      const said = message === '' ? '' : `<Message>${escapeXml(message)}</Message>`;
      const detail = row.withoutErrorDetail && !row.withoutErrorDetail.includes(operation) ? '<Detail/>' : '';
      const error = `<Type>${isSender ? 'Sender' : 'Receiver'}</Type><Code>${escapeXml(queryCode)}</Code>${said}${further}${detail}`;
      return respond(status, `<ErrorResponse xmlns="${namespace}"><Error>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`, requestId);
    },
  };
}
