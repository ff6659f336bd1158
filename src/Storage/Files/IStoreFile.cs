namespace OrleansMq.Storage.Files;

/// <summary>A mapped file of fixed length. Dispose unmaps it; no span of it may be touched afterwards.</summary>
public interface IStoreFile : IDisposable
{
    /// <summary>The file's path.</summary>
    string Path { get; }

    /// <summary>
    /// The mapping; writes are visible to every reader of the file at once, and durable after a flush.
    /// </summary>
    Memory<byte> Memory { get; }

    /// <summary>Makes every byte written so far durable.</summary>
    /// <exception cref="StoreIOException">The disk refused; what is durable is unknown from now on.</exception>
    void Flush();

    /// <summary>Makes at least the bytes of a range durable, and the file's length and place on the disk.</summary>
    /// <exception cref="StoreIOException">The disk refused; what is durable is unknown from now on.</exception>
    void Flush(int offset, int length);

    /// <summary>Reserves disk blocks for a range, so that writing to it cannot run out of space.</summary>
    /// <exception cref="StoreIOException">The disk failed or is full.</exception>
    void Allocate(int offset, int length);

    /// <summary>
    /// Brings the pages of a range into memory as if they were written to, so that an append does not wait for a page
    /// fault, and the next flush writes them even if the kernel took them for clean.
    /// </summary>
    /// <param name="offset">Where the range begins.</param>
    /// <param name="length">Its length; what lies behind the file's end is left out.</param>
    /// <param name="inSinglePages">
    /// Whether each page can be written to disk by itself. Otherwise the kernel may make folios of up to 2 MiB: quicker
    /// to fill, but a flush of one record writes all of its folio.
    /// </param>
    void Populate(int offset, int length, bool inSinglePages);
}
