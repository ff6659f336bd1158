namespace OrleansMq.Protocol.Bodies;

/// <summary>A body with rules beyond its shape.</summary>
internal interface ICheckedBody
{
    /// <summary>A sentence on the first rule that is broken; null if none is.</summary>
    string? FindProblem();
}
