namespace OrleansMq.Broker.Retention;

/// <summary>When operators are told that messages are about to go which a group has not consumed.</summary>
public sealed class RetentionOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = BrokerOptions.Section + ":" + nameof(BrokerOptions.Retention);

    /// <summary>
    /// How long before an unread message expires the alarm is raised, as a share of the time that its topic is kept.
    /// Default: 0.1, which is 7.2 h of 72 h.
    /// </summary>
    public double UnreadAlarmLead { get; set; } = 0.1;

    /// <summary>How often is looked for unread messages that are about to go. Default: 30 s.</summary>
    public TimeSpan UnreadAlarmInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks the options; the problems name the setting, its value and what is allowed.</summary>
    public IEnumerable<string> Validate()
    {
        if (!(UnreadAlarmLead is >= 0 and <= 1))
            yield return $"{Section}:{nameof(UnreadAlarmLead)} is {UnreadAlarmLead}; allowed is 0 to 1.";
        if (UnreadAlarmInterval < TimeSpan.FromSeconds(1) || UnreadAlarmInterval > TimeSpan.FromHours(1))
        {
            yield return
                $"{Section}:{nameof(UnreadAlarmInterval)} is {UnreadAlarmInterval}; allowed is 1 s to 1 h.";
        }
    }
}
