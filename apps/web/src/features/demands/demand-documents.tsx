import type { Demand } from '@countersign/api';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { demandsTexts } from './demands.text.js';

/** The file's bytes in base64, as the API takes them. */
const base64Of = (file: File): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

/** The documents of a demand. Auditors see their hashes; legal counsel opens the copies. */
export function DemandDocuments({ demand: { id, documents } }: { demand: Demand }) {
  const text = useText(demandsTexts);
  const session = useSession();
  return (
    <section className="stack near" aria-labelledby="documents">
      <h2 id="documents">{text.documents}</h2>
      {documents.length === 0 ? <p className="soft">{text.noDocuments}</p> : null}
      <ul className="bullets">
        {documents.map(({ sha256, name }) => (
          <li key={sha256}>
            {may(session, 'demand-document.read') ? (
              <a href={`/api/v1/demands/${id}/documents/${sha256.slice('sha256:'.length)}`} download={name}>
                {name}
              </a>
            ) : (
              name
            )}
            <span className="block soft small mono">{sha256}</span>
          </li>
        ))}
      </ul>
      {may(session, 'demand.step') ? <FileDocument key={documents.length} id={id} /> : null}
    </section>
  );
}

/** The form is empty again once the demand has one document more. */
function FileDocument({ id }: { id: string }) {
  const text = useText(demandsTexts);
  const [file, setFile] = useState<File | null>(null);
  const [reason, setReason] = useState('');
  const add = useMutation({
    mutationFn: async (chosen: File) =>
      unwrap(
        api.POST('/api/v1/demands/{id}/documents', {
          params: { path: { id } },
          body: { name: chosen.name, content: await base64Of(chosen), reason },
        }),
      ),
    onSettled: () => invalidate(['demand', id]),
  });
  return (
    <form
      className="stack near"
      onSubmit={(event) => {
        event.preventDefault();
        if (file !== null) add.mutate(file);
      }}
    >
      <TextField
        label={text.document}
        type="file"
        required
        onChange={({ target }) => setFile(target.files?.[0] ?? null)}
      />
      <TextField
        label={text.documentReason}
        required
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      {add.error === null ? null : <ProblemNotice error={add.error} />}
      <p>
        <Button type="submit" busy={add.isPending} disabled={file === null || reason.trim() === ''}>
          {text.file}
        </Button>
      </p>
    </form>
  );
}
