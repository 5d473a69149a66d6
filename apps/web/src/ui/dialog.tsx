import { createContext, type ReactNode, useContext, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

interface DialogProps {
  label: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
}

const Saving = createContext<(isSaving: boolean) => void>(() => {});

/**
 * For a form in a dialog: while it is being saved, Escape and a press outside do not close the dialog. Otherwise its error would
 * not be seen.
 */
export function useDialogStaysOpenWhile(isSaving: boolean): void {
  const notify = useContext(Saving);
  useLayoutEffect(() => {
    notify(isSaving);
    return () => notify(false);
  }, [notify, isSaving]);
}

/**
 * A modal dialog. It keeps the focus, and the page behind it is inert and does not scroll. Escape and a press outside call
 * `onClose`, but not while a form in it is being saved. On closing, the focus returns to the element that opened it.
 */
export function Dialog({ isOpen, ...rest }: DialogProps) {
  // In the body, because it may be opened in a paragraph, and so that the place that opens it gives it no styles. The keys of a
  // list do nothing in it, because the focus is not in the list. React's own events still reach the components around it.
  return isOpen ? createPortal(<OpenDialog {...rest} />, document.body) : null;
}

/** The dialog itself gets the focus, and none of its buttons. */
function show(dialog: HTMLDialogElement): void {
  dialog.showModal();
  dialog.focus();
}

function OpenDialog({ label, onClose, children }: Omit<DialogProps, 'isOpen'>) {
  const ref = useRef<HTMLDialogElement>(null);
  const pressBeganOutside = useRef(false);
  const isFreshPress = useRef(false);
  const [isSaving, setSaving] = useState(false);
  const close = () => {
    if (!isSaving) onClose();
  };
  // A layout effect, because its clean-up runs before React removes the element. Only then can the browser return the focus.
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    const root = document.documentElement;
    // If a scroll bar takes room, the room stays free while the bar is gone, so that nothing moves sideways.
    root.classList.toggle('keeps-gutter', innerWidth > root.clientWidth);
    show(dialog);
    return () => {
      dialog.close();
      root.classList.remove('keeps-gutter');
    };
  }, []);
  return (
    // The element covers the whole window, so a press on the element itself is a press outside of the sheet in it.
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same
    <dialog
      ref={ref}
      className="overlay"
      // Not every browser can focus a dialog without it.
      tabIndex={-1}
      aria-label={label}
      onCancel={(event) => {
        // If the browser does not let the page decide, as on a second Escape in a row, it closes the dialog: see onClose.
        if (!event.cancelable) return;
        event.preventDefault();
        close();
      }}
      onClose={({ currentTarget }) => {
        // The browser has closed it by itself. It is open for as long as its parent says so.
        if (!currentTarget.isConnected || currentTarget.open) return;
        show(currentTarget);
        close();
      }}
      onClickCapture={(event) => {
        // The second press of a double press was meant for the page if the first one opened the dialog. It does nothing here.
        if (event.detail < 2) isFreshPress.current = true;
        if (isFreshPress.current) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onPointerDown={({ target, currentTarget }) => {
        pressBeganOutside.current = target === currentTarget;
      }}
      onClick={({ target, currentTarget }) => {
        if (pressBeganOutside.current && target === currentTarget) close();
      }}
    >
      <div className="dialog stack">
        <h2>{label}</h2>
        <Saving value={setSaving}>{children}</Saving>
      </div>
    </dialog>
  );
}
