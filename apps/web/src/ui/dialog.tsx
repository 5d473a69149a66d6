import type { ReactNode } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';

/** A modal dialog: it keeps the focus, Escape closes it, and the focus returns to the element that opened it. */
export function Dialog({
  label,
  isOpen,
  onClose,
  children,
}: {
  label: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal>
        <AriaDialog className="dialog stack" aria-label={label} role="dialog">
          <h2>{label}</h2>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
