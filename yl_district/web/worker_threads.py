"""The threads of a server process: so many, and so many database connections, as no more requests run at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from .rejections import busy


class WorkerThreads:
    """A fixed number of threads, for which requests wait without holding one."""

    def __init__(self, count, patience):
        self.pool = ThreadPoolExecutor(count, thread_name_prefix="request")
        self.free = asyncio.Semaphore(count)
        self.patience = patience

    async def run(self, act, *arguments):
        """The result of `act` in a thread; raises the Rejection `busy` where none becomes free in time.

        A thread is free when its act has ended, not when somebody gives up waiting for the result.
        """
        try:
            async with asyncio.timeout(self.patience):
                await self.free.acquire()
        except TimeoutError:
            raise busy() from None
        loop = asyncio.get_running_loop()

        def give_back(future):
            # At the server's end the loop may be closed already.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self.free.release)

        future = self.pool.submit(act, *arguments)
        future.add_done_callback(give_back)
        return await asyncio.wrap_future(future)
