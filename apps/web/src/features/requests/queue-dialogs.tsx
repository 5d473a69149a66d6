import type { AccessRequest } from '@countersign/api';
import { Fragment } from 'react';
import { useText } from '../../text/language.js';
import { useSearchParams } from '../../ui/address.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Choice, SelectField } from '../../ui/field.js';
import { Sentence } from '../decision/request-sentence.js';
import { changeAddress } from '../lists/list-filter.js';
import { ORDERS, readOrder } from './queue.js';
import { queueTexts } from './queue.text.js';

/** Above the list: how many, in which order, and what happens with those that are chosen. */
export function QueueTools({
  total,
  choosable,
  areAllChosen,
  picked,
  onChooseAll,
  onApprove,
  onHelp,
}: {
  total: number;
  choosable: number;
  areAllChosen: boolean;
  picked: number;
  onChooseAll: (on: boolean) => void;
  onApprove: () => void;
  onHelp: () => void;
}) {
  const text = useText(queueTexts);
  const params = useSearchParams();
  return (
    <div className="queue-tools">
      <div className="stack near">
        <p className="soft">{text.count(total)}</p>
        {choosable < 2 ? null : (
          <Choice
            type="checkbox"
            checked={areAllChosen}
            onChange={({ target }) => onChooseAll(target.checked)}
          >
            {text.selectAll(choosable)}
          </Choice>
        )}
        {picked === 0 ? null : (
          <p>
            <Button icon="done" onClick={onApprove}>
              {text.approveChosen(picked)}
            </Button>
          </p>
        )}
      </div>
      <div className="row near">
        <SelectField
          label={text.order}
          value={readOrder(params.get('order'))}
          onChange={({ target }) => changeAddress({ order: target.value === 'urgent' ? null : target.value })}
        >
          {ORDERS.map((order) => (
            <option key={order} value={order}>
              {text.orders[order]}
            </option>
          ))}
        </SelectField>
        <span className="wide-only">
          <Button look="plain" onClick={onHelp}>
            {text.keys}
          </Button>
        </span>
      </div>
    </div>
  );
}

/**
 * Asks once more before several are approved, with the same sentence for each as its row has. The first button goes
 * back.
 */
export function BulkDialog({
  isOpen,
  requests,
  isBusy,
  onConfirm,
  onClose,
}: {
  isOpen: boolean;
  requests: readonly AccessRequest[];
  isBusy: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const text = useText(queueTexts);
  return (
    <Dialog label={text.bulkTitle(requests.length)} isOpen={isOpen} onClose={onClose}>
      <p>{text.bulkLead}</p>
      <ol className="bullets">
        {requests.map((request) => (
          <li key={request.id}>
            <Sentence request={request} short />
          </li>
        ))}
      </ol>
      <div className="row">
        <Button onClick={onClose}>{text.back}</Button>
        <Button look="primary" icon="done" busy={isBusy} onClick={onConfirm}>
          {text.bulkConfirm(requests.length)}
        </Button>
      </div>
    </Dialog>
  );
}

/** The keys of the queue, and whether they are used. */
export function KeysDialog({
  isOpen,
  isOn,
  onChoose,
  onClose,
}: {
  isOpen: boolean;
  isOn: boolean;
  onChoose: (on: boolean) => void;
  onClose: () => void;
}) {
  const text = useText(queueTexts);
  return (
    <Dialog label={text.keys} isOpen={isOpen} onClose={onClose}>
      <p>{text.keysLead}</p>
      <dl className="keys">
        {text.keyList.map(([key, does]) => (
          <Fragment key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </Fragment>
        ))}
      </dl>
      <Choice type="checkbox" checked={isOn} onChange={({ target }) => onChoose(target.checked)}>
        {text.keysOn}
      </Choice>
      <p>
        <Button onClick={onClose}>{text.close}</Button>
      </p>
    </Dialog>
  );
}
