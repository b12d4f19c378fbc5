"""The one place between the thread that reads and the thread that writes, which holds at most one batch."""

from threading import Condition

from ingest.gathering import Batch


class Handover:
    """While one batch is written the next one waits here, and a third is being gathered: that is all there ever is."""

    def __init__(self) -> None:
        """Empty, with an idle writer."""
        self._condition = Condition()
        self._batch: Batch | None = None
        self._writing: Batch | None = None
        self._failed = False
        self._closed = False

    # ------------------------------------------------------------------ the reader's side

    def is_free(self) -> bool:
        """Whether a batch can be offered."""
        return self._batch is None

    def is_idle(self) -> bool:
        """Whether the writer has nothing to do."""
        return self._batch is None and self._writing is None

    def has_failed(self) -> bool:
        """Whether a batch could not be written: all that was read after it has to be read again."""
        return self._failed

    def offer(self, batch: Batch) -> bool:
        """Puts a batch into the free place; False, without it, after a failure."""
        with self._condition:
            if self._failed:
                return False
            self._batch = batch
            self._condition.notify_all()
            return True

    def await_free(self, seconds: float) -> bool:
        """Waits until a batch can be offered, or the writer has failed."""
        with self._condition:
            return self._condition.wait_for(lambda: self._batch is None or self._failed or self._closed, seconds)

    def await_idle(self, seconds: float) -> bool:
        """Waits until nothing is being written."""
        with self._condition:
            return self._condition.wait_for(lambda: self._writing is None, seconds)

    def withdraw(self) -> Batch | None:
        """Takes back the batch that nobody has begun to write."""
        with self._condition:
            batch, self._batch = self._batch, None
            self._condition.notify_all()
            return batch

    def forgive(self) -> None:
        """After everything has been rewound, batches can be offered again."""
        with self._condition:
            self._failed = False
            self._condition.notify_all()

    def close(self) -> None:
        """The writer ends after the batch that it is writing."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    # ------------------------------------------------------------------ the writer's side

    def take(self) -> Batch | None:
        """Waits for the next batch; None after `close`. After a failure none is given out until it is forgiven: what
        was read after the batch that failed is read again."""
        with self._condition:
            self._condition.wait_for(lambda: (self._batch is not None and not self._failed) or self._closed)
            if self._closed:
                return None
            self._writing, self._batch = self._batch, None
            self._condition.notify_all()
            return self._writing

    def done(self, *, failed: bool) -> None:
        """The batch that was taken is committed, or will not be."""
        with self._condition:
            self._writing = None
            self._failed = self._failed or failed
            self._condition.notify_all()

    def current(self) -> Batch | None:
        """The oldest batch that is not committed yet."""
        return self._writing or self._batch
